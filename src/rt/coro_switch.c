/* The context switch: a function call that returns on another stack. Only callee-saved registers
 * need saving, since the compiler treats it as any call. x86-64 (System V ABI) and aarch64
 * (AAPCS64) in assembler; other machines use ucontext, which also saves the signal mask and is
 * slower. */
#include "rt/coro.h"

#include <stdint.h>

#if defined(__x86_64__) && !defined(SLUICE_PORTABLE_SWITCH)

/* rdi: where to save, rsi: what to load. */
__asm__(".text\n"
	".p2align 4\n"
	".globl coro_switch\n"
	".type coro_switch, @function\n"
	"coro_switch:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size coro_switch, . - coro_switch\n"
	".p2align 4\n"
	".type coro_start, @function\n"
	"coro_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined rip\n" /* a debugger's walk ends here */
	"	xorl %ebp, %ebp\n"
	"	movq %r13, %rdi\n"
	"	callq *%r12\n"
	"	ud2\n"
	"	.cfi_endproc\n"
	".size coro_start, . - coro_start\n");

void coro_start(void);

void *coro_switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
	uint64_t *sp = top;

	sp -= 2; /* the stack is 16-byte aligned where coro_start begins */
	sp[0] = sp[1] = 0;
	*--sp = (uint64_t)(uintptr_t)coro_start;
	*--sp = 0; /* rbp */
	*--sp = 0; /* rbx */
	*--sp = (uint64_t)(uintptr_t)entry; /* r12 */
	*--sp = (uint64_t)(uintptr_t)arg; /* r13 */
	*--sp = 0; /* r14 */
	*--sp = 0; /* r15 */
	return sp;
}

#elif defined(__aarch64__) && !defined(SLUICE_PORTABLE_SWITCH)

/* x0: where to save, x1: what to load. x19-x30 and the low halves of v8-v15 are callee-saved. */
__asm__(".text\n"
	".p2align 4\n"
	".globl coro_switch\n"
	".type coro_switch, %function\n"
	"coro_switch:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	".size coro_switch, . - coro_switch\n"
	".p2align 4\n"
	".globl coro_start\n" /* a local one would be reached through a wrong GOT entry */
	".hidden coro_start\n"
	".type coro_start, %function\n"
	"coro_start:\n"
	"	.cfi_startproc\n"
	"	.cfi_undefined x30\n"
	"	mov x29, xzr\n"
	"	mov x0, x20\n"
	"	blr x19\n"
	"	brk #1\n"
	"	.cfi_endproc\n"
	".size coro_start, . - coro_start\n");

void coro_start(void);

void *coro_switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
	uint64_t *sp = (uint64_t *)top - 20;

	for (int i = 0; i < 20; i++)
		sp[i] = 0;
	sp[0] = (uint64_t)(uintptr_t)entry; /* x19 */
	sp[1] = (uint64_t)(uintptr_t)arg; /* x20 */
	sp[11] = (uint64_t)(uintptr_t)coro_start; /* x30 */
	return sp;
}

#else

#include <ucontext.h>

#define PORTABLE_STACK_BYTES 32768 /* told to makecontext; the real stack is larger */

/* The saved pointer is that of a ucontext_t, which lies on the stack that it describes. */
void coro_switch(void **save, void *load)
{
	ucontext_t here;

	*save = &here;
	swapcontext(&here, load);
}

/* makecontext passes ints only: pointers come in halves. */
static void start(unsigned entry_high, unsigned entry_low, unsigned arg_high, unsigned arg_low)
{
	void (*entry)(void *) = (void (*)(void *))((uintptr_t)entry_high << 16 << 16 | entry_low);

	entry((void *)((uintptr_t)arg_high << 16 << 16 | arg_low));
}

void *coro_switch_prepare(void *top, void (*entry)(void *arg), void *arg)
{
	ucontext_t *context = (ucontext_t *)top - 1;
	uintptr_t e = (uintptr_t)entry, a = (uintptr_t)arg;

	getcontext(context);
	context->uc_stack.ss_sp = (char *)context - PORTABLE_STACK_BYTES;
	context->uc_stack.ss_size = PORTABLE_STACK_BYTES;
	context->uc_link = NULL;
	makecontext(context, (void (*)(void))start, 4, (unsigned)(e >> 16 >> 16), (unsigned)e,
		(unsigned)(a >> 16 >> 16), (unsigned)a);
	return context;
}

#endif
