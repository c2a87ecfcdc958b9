from clients import Client


class Msmtp(Client):
    name = "msmtp"
    mechanisms = ("PLAIN", "LOGIN", "SCRAM-SHA-256")

    def send(self, job):
        config = job.message.with_suffix(".msmtprc")
        lines = ["account default", "host 127.0.0.1", f"port {job.port}", "domain client.test", f"from {job.sender}",
                 "timeout 20"]
        if job.user:
            lines += ["tls on", "tls_starttls on", f"tls_trust_file {job.ca}", f"auth {job.mechanism.lower()}",
                      f"user {job.user}", f'password "{job.password}"']
        config.write_text("\n".join(lines) + "\n")
        config.chmod(0o600)
        text = job.message.read_bytes().replace(b"\r\n", b"\n")
        return self.run("msmtp", f"--file={config}", "--debug", "--", *job.recipients, stdin=text)
