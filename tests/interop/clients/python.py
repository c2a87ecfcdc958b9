"""Python's smtplib, from the interpreter that runs the tests."""
import smtplib
import ssl

from clients import Client


class Smtplib(Client):
    name = "smtplib"
    mechanisms = ("PLAIN", "LOGIN")

    def send(self, job):
        try:
            with smtplib.SMTP("127.0.0.1", job.port, "client.test", timeout=30) as smtp:
                if job.user:
                    smtp.starttls(context=ssl.create_default_context(cafile=job.ca))
                    smtp.ehlo()
                    smtp.user, smtp.password = job.user, job.password
                    smtp.auth(job.mechanism, getattr(smtp, f"auth_{job.mechanism.lower()}"))
                refused = smtp.sendmail(job.sender, job.recipients, job.message.read_bytes())
                return not refused, str(refused)
        except (smtplib.SMTPException, OSError) as why:
            return False, repr(why)
