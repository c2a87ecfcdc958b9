/* A scripted client for tests in the simulated world: says lines, expects replies. */
#ifndef SLUICE_TESTS_DIALOGUE_H
#define SLUICE_TESTS_DIALOGUE_H

#include <stddef.h>

struct ctx;
struct stream;

/* Connects to "192.0.2.25:25". Fails the test when that fails. */
struct stream *dialogue_open(struct ctx *ctx, const char *to);
/* Runs a script, a line each: "S: text" expects a reply whose lines, each with its code, begin with
 * text (a multi-line reply is read to its end; the last line counts); "C: text" sends text and CRLF;
 * "R: text" sends text with \r \n \0 \\ escapes and nothing added; "E:" expects the end. Fails the test
 * at the first difference, naming the line. */
void dialogue_run(struct ctx *ctx, struct stream *s, const char *script);
/* Sends text and CRLF; the code of the reply. Fails the test when there is none. */
unsigned dialogue_ask(struct ctx *ctx, struct stream *s, const char *text);
/* Opens, runs, closes. */
void dialogue(struct ctx *ctx, const char *to, const char *script);

#endif
