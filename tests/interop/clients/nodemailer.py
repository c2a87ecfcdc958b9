import json

from clients import Client
from harness import HERE


class Nodemailer(Client):
    name = "nodemailer"
    mechanisms = ("PLAIN", "LOGIN")

    def send(self, job):
        folder = job.message.parent
        script = folder / "nodemailer.js"
        script.write_bytes((HERE / "clients" / "nodemailer.js").read_bytes())
        what = job.message.with_suffix(".json")
        what.write_text(json.dumps({"port": job.port, "sender": job.sender, "recipients": job.recipients,
                                    "message": str(job.message), "ca": str(job.ca), "user": job.user,
                                    "password": job.password, "mechanism": job.mechanism}))
        return self.run("node", script, what)
