/* Views of text: pointer and length, passed by value, never owning what they point at. Pure. */
#ifndef SLUICE_BASE_SLICE_H
#define SLUICE_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
	const char *p; /* may be NULL only when n is 0 */
	size_t n; /* bytes */
};

/* A slice of a string literal; usable in static initialisers. */
#define SLICE(lit)                                                                                 \
	{                                                                                          \
		(lit), sizeof(lit) - 1                                                             \
	}
#define S(lit)	  ((struct slice)SLICE(lit))
#define SLICE_NIL ((struct slice){ NULL, 0 })
/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct slice slice_of(const void *p, size_t n)
{
	return (struct slice){ p, n };
}

/* The text of a terminated string; NULL gives the empty slice. */
static inline struct slice slice_str(const char *s)
{
	return (struct slice){ s, s ? strlen(s) : 0 };
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Skip the first n bytes (at most all of them). */
static inline struct slice slice_skip(struct slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return (struct slice){ n ? s.p + n : s.p, s.n - n };
}

/* The first n bytes (at most all of them). */
static inline struct slice slice_take(struct slice s, size_t n)
{
	return (struct slice){ s.p, n < s.n ? n : s.n };
}

/* ASCII case is ignored; bytes over 127 compare as they are. */
bool slice_eq_nocase(struct slice a, struct slice b);
/* <0, 0, >0 as memcmp orders; a prefix sorts first. */
int slice_cmp(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_starts_nocase(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
bool slice_ends_nocase(struct slice s, struct slice suffix);
/* Offset of the first (last) c, or s.n when there is none. */
size_t slice_find(struct slice s, char c);
size_t slice_rfind(struct slice s, char c);
/* Offset of the first occurrence of what (not empty), or s.n. */
size_t slice_search(struct slice s, struct slice what);
/* Without leading and trailing spaces, tabs, CR and LF. */
struct slice slice_trim(struct slice s);
/* Cut *s at the first c: returns what stands before it and leaves what stands behind; with no c
 * returns all and leaves SLICE_NIL. */
struct slice slice_split(struct slice *s, char c);
/* All bytes are below 128. */
bool slice_is_ascii(struct slice s);
/* Unsigned decimal, digits only, no sign, not empty. False when it is not one or exceeds max. */
bool slice_to_u64(struct slice s, uint64_t max, uint64_t *ret);
/* Case-insensitive shell pattern with '*' (any run) and '?' (any one byte). Linear memory, no
 * recursion. */
bool slice_glob(struct slice pattern, struct slice s);

#endif
