/* Reads go byte by byte until the line ends, so that nothing behind the line is taken from a pipe
 * that others read on from, and no library's buffer keeps a secret. */
#include "rt/terminal.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

bool terminal_is(int fd)
{
	return isatty(fd) == 1;
}

static void say(const char *text)
{
	/* A prompt that cannot be shown changes nothing about the answer. */
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

static int read_line(struct buf *ret)
{
	char c = '\0';
	ssize_t n;

	for (;;) {
		n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || c == '\n')
			break;
		buf_putc(ret, c);
	}
	if (n < 0)
		return ERR_IO;
	if (n == 0 && ret->n == 0)
		return ERR_EOF;
	if (ret->n && ret->p[ret->n - 1] == '\r')
		ret->n--;
	return ret->failed ? ERR_LIMIT : 0;
}

int terminal_read_secret(struct job *job, const char *prompt, struct buf *ret)
{
	struct termios before, silent;
	int r;

	(void)job; /* only the permission to block */
	if (!terminal_is(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
		return read_line(ret);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) != 0)
		return ERR_IO;
	say(prompt); /* from here on nothing that is typed is dropped */
	r = read_line(ret);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before); /* nothing better can be done */
	say("\n");
	return r;
}
