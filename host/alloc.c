/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the code under test, and what hardware can reach of it.
 *
 * Blocks come from the real allocator, so that ASan guards each. Where ASan is not there to say so, a
 * block that was freed is poisoned and kept to the end of the run: a use after free reads the same
 * bytes in every process, and can't damage the heap of a program that goes on to the next run.
 */

#include <stdlib.h>
#include <string.h>

#include "host/primitives.h"
#include "host/sanitizer.h"

#define BLOCKS_MAX 4096u /* in a run */
#define HASH_SIZE 8192u  /* a power of two */
#define DMA_MAX 1024u    /* in a run */
#define DMA_PAGE 4096u
#define BUS_START 0x100000000ull

enum block_state { BLOCK_LIVE, BLOCK_FREED, BLOCK_GONE };

struct block {
	void *memory;
	size_t size;
	u8 state;
	bool dma;
};

struct dma {
	u64 bus;
	u32 serial;
};

static struct block blocks[BLOCKS_MAX]; /* serial - 1 is the index */
static u32 block_count;
static struct dma dmas[DMA_MAX]; /* by ascending bus address */
static u32 dma_count;
static u64 next_bus;
static bool may_fail;

/* Address -> serial. Slots of other runs count as empty. */
static struct {
	u32 run, serial;
} hash[HASH_SIZE];
static u32 run_number;

/* --- Books ------------------------------------------------------------------------------------------- */

static u32 *find_slot(const void *memory)
{
	u64 at = ((u64)(uintptr_t)memory >> 4) * 0x9e3779b97f4a7c15ull >> 40;

	/* At most half full: the table has twice as many slots as there are serials. */
	for (;; at++) {
		unsigned i = at % HASH_SIZE;

		if (hash[i].run != run_number) {
			hash[i].run = run_number;
			hash[i].serial = 0;
			return &hash[i].serial;
		}
		if (!hash[i].serial || blocks[hash[i].serial - 1].memory == memory)
			return &hash[i].serial;
	}
}

static struct block *find_block(const void *memory, u32 *serial)
{
	*serial = *find_slot(memory);
	return *serial ? &blocks[*serial - 1] : NULL;
}

/* --- Where memory comes from ------------------------------------------------------------------------- */

#if defined(SLUICE_ASAN) || defined(SLUICE_TSAN) || defined(SLUICE_MSAN)
/* A sanitizer wants to see each block come and go. */
static void *take_memory(size_t size)
{
	return calloc(1, size ? size : 1);
}

/*
 * Whole pages, with the rest of the last one fenced off: ASan's quarantine counts what was asked
 * for, and would keep many times its bound if that were a few bytes of a page each.
 */
static void *take_pages(size_t size, size_t mapped)
{
	void *memory;

	if (posix_memalign(&memory, DMA_PAGE, mapped))
		return NULL;
	memset(memory, 0, size);
	host_fence((char *)memory + size, mapped - size);
	return memory;
}

static void give_memory(struct block *b)
{
	free(b->memory);
}
#else
/*
 * Blocks of one run serve the next, by size: the allocator would take a tenth of a run. Large ones
 * are its business.
 */
#define POOL_GRAIN 32u
#define POOL_CLASSES 64u /* up to 2 KiB, or 64 pages */

struct free_block {
	struct free_block *next;
};

static struct free_block *pool[2][POOL_CLASSES + 1]; /* [pages?][size in grains, or in pages] */

static unsigned pool_class(size_t size, bool pages)
{
	size_t grain = pages ? DMA_PAGE : POOL_GRAIN;

	return (unsigned)(size ? (size + grain - 1) / grain : 1);
}

static void *pool_take(size_t size, bool pages)
{
	unsigned class = pool_class(size, pages);
	struct free_block *block = class <= POOL_CLASSES ? pool[pages][class] : NULL;
	void *memory = block;

	if (block)
		pool[pages][class] = block->next;
	else if (posix_memalign(&memory, pages ? DMA_PAGE : 16,
				(size_t) class * (pages ? DMA_PAGE : POOL_GRAIN)))
		return NULL;
	memset(memory, 0, size);
	return memory;
}

static void *take_memory(size_t size)
{
	return pool_take(size, false);
}

/* Whole pages. */
static void *take_pages(size_t size, size_t mapped)
{
	return pool_take(size, true);
}

static void give_memory(struct block *b)
{
	unsigned class = pool_class(b->size, b->dma);
	struct free_block *block = b->memory;

	if (class > POOL_CLASSES) {
		free(b->memory);
		return;
	}
	block->next = pool[b->dma][class];
	pool[b->dma][class] = block;
}
#endif

static void free_memory(struct block *b)
{
	if (b->state != BLOCK_GONE)
		give_memory(b);
	b->state = BLOCK_GONE;
}

void host_alloc_reset(bool fail)
{
	for (u32 i = 0; i < block_count; i++)
		free_memory(&blocks[i]);
	block_count = dma_count = 0;
	next_bus = BUS_START;
	may_fail = fail;
	if (++run_number == 0) {
		memset(hash, 0, sizeof(hash));
		run_number = 1;
	}
}

bool host_alloc_fails(size_t size)
{
	if (!may_fail || !engine_choose(CHOOSE_ALLOC, 2))
		return false;
	host_event(EV_ALLOC_FAIL, size, 0, 0, 0);
	return true;
}

/* Gives @memory its serial. Frees it if the books are full. */
static u32 enter_block(void *memory, size_t size, bool dma)
{
	u32 *slot;

	if (block_count == BLOCKS_MAX || (dma && dma_count == DMA_MAX)) {
		engine_overflow("too many allocations");
		free(memory);
		return 0;
	}
	slot = find_slot(memory);
	blocks[block_count] = (struct block){ .memory = memory, .size = size, .dma = dma };
	*slot = ++block_count;
	host_event(EV_ALLOC, block_count, size, dma, 0);
	return block_count;
}

static void free_block(const void *object, bool dma)
{
	u32 serial;
	struct block *b = find_block(object, &serial);

	if (!b || b->state != BLOCK_LIVE || b->dma != dma) {
		host_event(EV_BAD_FREE, serial, 0, 0, 0);
		return;
	}
	host_event(EV_FREE, serial, 0, 0, 0);
#if defined(SLUICE_ASAN)
	free_memory(b);
#else
	memset(b->memory, HOST_POISON, b->size);
	b->state = BLOCK_FREED;
#endif
}

/* --- Memory of the CPU ----------------------------------------------------------------------------------- */

void *host_kzalloc(size_t size, unsigned gfp)
{
	engine_guard();
	void *memory;

	host_point(HOST_SITE_KMALLOC);
	if (gfp != HOST_GFP_ATOMIC)
		host_might_sleep_at(HOST_SITE_KMALLOC);
	if (host_alloc_fails(size))
		return NULL;
	memory = take_memory(size);
	return memory && enter_block(memory, size, false) ? memory : NULL;
}

void host_kfree(const void *object)
{
	engine_guard();
	if (!object)
		return;
	host_point(HOST_SITE_KFREE);
	free_block(object, false);
}

/* --- Memory of the hardware ------------------------------------------------------------------------------- */

void *host_dma_alloc(size_t size, unsigned gfp, u64 *bus)
{
	engine_guard();
	size_t mapped = (size + DMA_PAGE - !!size) / DMA_PAGE * DMA_PAGE;
	void *memory;
	u32 serial;

	host_point(HOST_SITE_DMA_ALLOC);
	if (gfp != HOST_GFP_ATOMIC)
		host_might_sleep_at(HOST_SITE_DMA_ALLOC);
	if (host_alloc_fails(size))
		return NULL;
	memory = take_pages(size, mapped);
	if (!memory)
		return NULL;
	serial = enter_block(memory, size, true);
	if (!serial)
		return NULL;
	dmas[dma_count++] = (struct dma){ .bus = next_bus, .serial = serial };
	*bus = next_bus;
	host_wrote(bus, sizeof(*bus));
	/* A page that is never mapped lies between any two blocks. */
	next_bus += mapped + DMA_PAGE;
	return memory;
}

void host_dma_free(void *object)
{
	engine_guard();
	if (!object)
		return;
	host_point(HOST_SITE_DMA_FREE);
	free_block(object, true);
}

u64 host_virt_to_bus(const void *object)
{
	engine_guard();
	for (u32 i = 0; i < dma_count; i++) {
		const struct block *b = &blocks[dmas[i].serial - 1];
		uintptr_t offset = (uintptr_t)object - (uintptr_t)b->memory;

		if (b->state == BLOCK_LIVE && offset < b->size)
			return dmas[i].bus + offset;
	}
	host_warn(__FILE__, "this memory has no bus address");
	return ~0ull;
}

/* The memory at @bus, if it and @bytes - 1 more are mapped. */
static void *bus_memory(u64 bus, size_t bytes)
{
	static u32 recents[8]; /* hardware comes back to the same few blocks */
	u32 *recent = &recents[(bus >> 12) % ARRAY_SIZE(recents)];
	u32 low = 0, high = dma_count;
	const struct block *b;
	u64 offset;

	if (*recent && *recent <= dma_count && dmas[*recent - 1].bus <= bus &&
	    (*recent == dma_count || bus < dmas[*recent].bus))
		low = high = *recent;
	while (low < high) {
		u32 middle = (low + high) / 2;

		if (dmas[middle].bus <= bus)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	*recent = low;
	b = &blocks[dmas[low - 1].serial - 1];
	offset = bus - dmas[low - 1].bus;
	if (b->state != BLOCK_LIVE || bytes > b->size || offset > b->size - bytes)
		return NULL;
	return (char *)b->memory + offset;
}

void *host_bus_to_virt(u64 bus)
{
	engine_guard();
	return bus_memory(bus, 1);
}

void *host_dma_access(unsigned unit, u64 bus, size_t bytes, bool write)
{
	void *memory = bus_memory(bus, bytes);

	if (!memory)
		host_event(EV_DMA_FAULT, unit, bus, write, 0);
	return memory;
}

bool host_dma_is_one(u64 bus, size_t bytes)
{
	return bus_memory(bus, bytes) != NULL;
}

/* --- Questions ------------------------------------------------------------------------------------------------ */

u32 host_alloc_serial(const void *object)
{
	u32 serial;
	struct block *b = find_block(object, &serial);

	if (b && b->state == BLOCK_LIVE)
		return serial;
	for (u32 i = block_count; i--;) {
		b = &blocks[i];
		if (b->state == BLOCK_LIVE && (uintptr_t)object - (uintptr_t)b->memory < b->size)
			return i + 1;
	}
	return 0;
}

void host_each_alloc(void (*visit)(void *ctx, u32 serial, const u64 *words, size_t count, bool dma),
		     void *ctx)
{
	for (u32 i = 0; i < block_count; i++)
		if (blocks[i].state == BLOCK_LIVE)
			visit(ctx, i + 1, blocks[i].memory, blocks[i].size / sizeof(u64),
			      blocks[i].dma);
}

unsigned host_audit_leaks(void)
{
	unsigned leaks = 0;

	for (u32 i = 0; i < block_count; i++) {
		if (blocks[i].state != BLOCK_LIVE)
			continue;
		host_event(EV_LEAK, i + 1, blocks[i].size, 0, 0);
		leaks++;
	}
	return leaks + host_work_audit();
}
