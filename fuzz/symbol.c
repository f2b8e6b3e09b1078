/* SPDX-License-Identifier: GPL-2.0-only */
#define _GNU_SOURCE
#include "fuzz/symbol.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SYMBOL_FRAMES_MAX 32
#define SYMBOL_NAME_MAX 64

static struct {
	bool tried;
	const ElfW(Sym) * symbols;
	size_t count;
	const char *names;
	uintptr_t base;
} table;

/* The linker puts this at the start of the image: its address is what a PIE was moved by. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((weak, visibility("hidden")));

static void symbol_load(void)
{
	const ElfW(Shdr) * section;
	const char *image;
	struct stat st;
	int fd;

	table.tried = true;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	image = fstat(fd, &st) ? MAP_FAILED
			       : mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (image == MAP_FAILED)
		return;
	const ElfW(Ehdr) *header = (const void *)image;

	section = (const void *)(image + header->e_shoff);
	for (unsigned i = 0; i < header->e_shnum; i++) {
		if (section[i].sh_type != SHT_SYMTAB)
			continue;
		table.symbols = (const void *)(image + section[i].sh_offset);
		table.count = section[i].sh_size / sizeof(*table.symbols);
		table.names = image + section[section[i].sh_link].sh_offset;
	}
	if (header->e_type == ET_DYN)
		table.base = (uintptr_t)&__ehdr_start;
}

const char *symbol_name(uintptr_t pc)
{
	static char name[SYMBOL_NAME_MAX];
	const char *best = NULL;

	if (!table.tried)
		symbol_load();
	pc -= table.base;
	for (size_t i = 0; i < table.count; i++) {
		const ElfW(Sym) *s = &table.symbols[i];

		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || pc < s->st_value ||
		    pc >= s->st_value + s->st_size)
			continue;
		best = table.names + s->st_name;
		break;
	}
	if (!best)
		return NULL;
	strncpy(name, best, sizeof(name) - 1);
	name[1 + strcspn(name + 1, ".")] = '\0';
	return name;
}

/* All code under test lies between these (cmake/system.ld.in); absent without a system. */
extern const char __start_sut_text[] __attribute__((weak, visibility("hidden")));
extern const char __stop_sut_text[] __attribute__((weak, visibility("hidden")));

static bool symbol_is_under_test(uintptr_t pc)
{
	return pc >= (uintptr_t)__start_sut_text && pc < (uintptr_t)__stop_sut_text;
}

/* A broken chain of frames must not end the process before its last words are said. */
static bool symbol_read(uintptr_t at, uintptr_t word[2])
{
	struct iovec to = { word, 2 * sizeof(*word) };
	struct iovec from = { (void *)at, 2 * sizeof(*word) };

	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == (ssize_t)to.iov_len;
}

const char *symbol_blame(uintptr_t pc, uintptr_t frame)
{
	const char *name = NULL;

	for (unsigned i = 0; i < SYMBOL_FRAMES_MAX; i++) {
		uintptr_t word[2];

		/* A return address may be that of the next function: the call itself is before. */
		if (symbol_is_under_test(pc - 1)) {
			name = symbol_name(pc - 1);
			break;
		}
		if (!frame || frame % sizeof(frame) || !symbol_read(frame, word))
			break;
		pc = word[1];
		if (word[0] <= frame)
			break;
		frame = word[0];
	}
	return name ? name : "unknown";
}
