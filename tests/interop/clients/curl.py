from clients import Client


class Curl(Client):
    name = "curl"
    mechanisms = ("PLAIN", "LOGIN")

    def send(self, job):
        words = ["curl", "--silent", "--show-error", "--verbose", "--max-time", "30",
                 "--url", f"smtp://127.0.0.1:{job.port}/client.test",
                 "--mail-from", job.sender, "--upload-file", job.message]
        for recipient in job.recipients:
            words += ["--mail-rcpt", recipient]
        if job.user:
            words += ["--ssl-reqd", "--cacert", job.ca, "--user", f"{job.user}:{job.password}",
                      "--login-options", f"AUTH={job.mechanism}"]
        return self.run(*words)
