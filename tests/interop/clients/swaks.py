from clients import Client


class Swaks(Client):
    name = "swaks"
    mechanisms = ("PLAIN", "LOGIN")

    def send(self, job):
        data = job.message.with_suffix(".swaks")
        data.write_bytes(job.message.read_bytes().removesuffix(b"\r\n"))  # swaks adds a line end of its own
        words = ["swaks", "--server", "127.0.0.1", "--port", job.port, "--helo", "client.test", "--from", job.sender,
                 "--to", ",".join(job.recipients), "--data", f"@{data}", "--timeout", "20"]
        if job.user:
            words += ["--tls", "--tls-verify", "--tls-ca-path", job.ca, "--auth", job.mechanism,
                      "--auth-user", job.user, "--auth-password", job.password]
        return self.run(*words)
