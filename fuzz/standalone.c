/* SPDX-License-Identifier: GPL-2.0-only */

/*
 * A fuzz target without a fuzz engine: runs it on the files named, for compilers
 * that have no libFuzzer and for replay. Options that begin with `-` are the target's or an
 * engine's, and a lone `--` is nobody's.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STANDALONE_MAX (1 << 20)

static uint8_t data[STANDALONE_MAX];

static int run_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	size_t size;
	int failed;

	if (!in) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 2;
	}
	errno = 0;
	size = fread(data, 1, sizeof(data), in);
	failed = ferror(in);
	fclose(in);
	if (failed) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return 2;
	}
	LLVMFuzzerTestOneInput(data, size);
	return 0;
}

int main(int argc, char **argv)
{
	int code = 0, files = 0;

	LLVMFuzzerInitialize(&argc, &argv);
	for (int i = 1; i < argc; i++) {
		int got;

		if (argv[i][0] == '-')
			continue;
		got = run_file(argv[i]);
		code = got ? got : code;
		files += !got;
	}
	fprintf(stderr, "%d files run\n", files);
	return code;
}
