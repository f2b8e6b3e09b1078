/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void fiber_swap(void **save, void *load)
 *
 * Keeps what the System V ABI says a callee keeps: rbx, rbp, r12-r15, the stack pointer, and the
 * control words of SSE and x87. All else is dead across a call. No system call: swapcontext()
 * makes one, and costs twenty times as much.
 *
 * The file makes no claim to support shadow stacks (no .note.gnu.property), so that the linker
 * leaves them off: the `ret` below goes where no `call` of that stack came from.
 */
#if defined(__x86_64__)
	.text
	.globl	fiber_swap
	.hidden	fiber_swap
	.type	fiber_swap, @function
	.p2align 5
fiber_swap:
	.cfi_startproc
	endbr64
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	subq	$8, %rsp
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	ldmxcsr	(%rsp)
	fldcw	4(%rsp)
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.cfi_endproc
	.size	fiber_swap, .-fiber_swap

/* Where a fresh stack begins: rbx is the function, r12 its argument. It never returns. */
	.globl	fiber_begin
	.hidden	fiber_begin
	.type	fiber_begin, @function
	.p2align 4
fiber_begin:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	movq	%r12, %rdi
	callq	*%rbx
	ud2
	.cfi_endproc
	.size	fiber_begin, .-fiber_begin
#endif
	.section .note.GNU-stack, "", %progbits
