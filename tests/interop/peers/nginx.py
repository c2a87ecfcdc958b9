"""nginx with its mail proxy, which the benchmark of the proxy (tests/bench) starts beside sluice."""
from roots import Root


class Nginx(Root):
    name = "nginx"
    packages = ("nginx", "libnginx-mod-mail")
    users = ("www-data",)
