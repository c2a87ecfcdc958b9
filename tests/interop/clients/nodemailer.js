// Send one message by nodemailer: node nodemailer.js JOB.json
const fs = require('fs');
const nodemailer = require('nodemailer');

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const options = { host: '127.0.0.1', port: job.port, secure: false, name: 'client.test', ignoreTLS: !job.user,
	debug: true, logger: true };
if (job.user) {
	options.requireTLS = true;
	options.tls = { ca: fs.readFileSync(job.ca) };
	options.authMethod = job.mechanism;
	options.auth = { user: job.user, pass: job.password };
}
const transport = nodemailer.createTransport(options);
transport.sendMail({ envelope: { from: job.sender, to: job.recipients }, raw: fs.readFileSync(job.message) })
	.then(() => transport.close())
	.catch((why) => { console.error(why); process.exit(1); });
