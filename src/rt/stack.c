/* Stacks lie in slabs of many, so that the kernel keeps one mapping for a slab. The guard page of
 * each is made by MADV_GUARD_INSTALL, which costs no mapping either; where the kernel does not
 * know it, mprotect does the same and splits the slab, so the number of stacks is then limited.
 * Whether it works is tried once: a write(2) from a guarded page must fail with EFAULT. */
#include "rt/stack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#define STACK_BYTES ((size_t)256 * 1024) /* redzones make frames several times larger */
#else
#define STACK_BYTES ((size_t)64 * 1024)
#endif
#define PAGE_BYTES	((size_t)4096)
#define SLAB_STACKS	64
#define GUARD_INSTALL	102 /* MADV_GUARD_INSTALL, Linux 6.13 */
#define LIMIT_MPROTECT	30000 /* half of vm.max_map_count's default: two mappings a stack */
#define LIMIT_GUARD	1000000
#define POOL_KEEP_PAGES 256 /* pooled stacks beyond this many give their pages back */

enum guard { GUARD_UNKNOWN, GUARD_ADVICE, GUARD_PROTECT };

static struct {
	enum guard guard;
	struct stack *pool; /* free stacks, last in, first out */
	size_t pooled, pool_cap;
	size_t count; /* mapped */
} stacks;

static bool advice_guards(char *page)
{
	int fds[2];

	if (madvise(page, PAGE_BYTES, GUARD_INSTALL) != 0 || pipe2(fds, O_CLOEXEC) != 0)
		return false;
	bool guarded = write(fds[1], page, 1) < 0 && errno == EFAULT;

	close(fds[0]);
	close(fds[1]);
	return guarded;
}

static bool install_guard(char *page)
{
	if (stacks.guard == GUARD_UNKNOWN)
		stacks.guard = advice_guards(page) ? GUARD_ADVICE : GUARD_PROTECT;
	if (stacks.guard == GUARD_ADVICE)
		return madvise(page, PAGE_BYTES, GUARD_INSTALL) == 0;
	return mprotect(page, PAGE_BYTES, PROT_NONE) == 0;
}

static void pool_put(const struct stack *s)
{
	if (stacks.pooled == stacks.pool_cap) {
		stacks.pool_cap = stacks.pool_cap ? stacks.pool_cap * 2 : SLAB_STACKS;
		stacks.pool = mem_resize(stacks.pool, stacks.pool_cap * sizeof(*stacks.pool));
	}
	stacks.pool[stacks.pooled++] = *s;
}

static int map_slab(void)
{
	size_t bytes = SLAB_STACKS * STACK_BYTES;

	if (stacks.count + SLAB_STACKS > stack_limit())
		return ERR_FULL;
	char *slab = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (slab == MAP_FAILED)
		return ERR_FULL;
	/* One huge page would cost 2 MiB for 32 idle sessions; a refusal costs nothing. */
	(void)madvise(slab, bytes, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < SLAB_STACKS; i++) {
		char *low = slab + i * STACK_BYTES;

		if (!install_guard(low)) {
			munmap(low, bytes - i * STACK_BYTES);
			break;
		}
		pool_put(&(struct stack){ low + PAGE_BYTES, STACK_BYTES - PAGE_BYTES });
		stacks.count++;
	}
	return stacks.pooled ? 0 : ERR_FULL;
}

int stack_take(struct stack *ret)
{
	if (stacks.pooled == 0 && map_slab() != 0)
		return ERR_FULL;
	*ret = stacks.pool[--stacks.pooled];
	return 0;
}

void stack_give(const struct stack *s)
{
	if (stacks.pooled >= POOL_KEEP_PAGES)
		stack_trim(s, s->base + s->size);
	pool_put(s);
}

void stack_trim(const struct stack *s, const void *sp)
{
	uintptr_t top = (uintptr_t)sp & ~(uintptr_t)(PAGE_BYTES - 1);
	uintptr_t base = (uintptr_t)s->base;

	if (top > base)
		(void)madvise(s->base, top - base, MADV_DONTNEED);
}

size_t stack_limit(void)
{
	return stacks.guard == GUARD_PROTECT ? LIMIT_MPROTECT : LIMIT_GUARD;
}

size_t stack_count(void)
{
	return stacks.count;
}
