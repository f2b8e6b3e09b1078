/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SLUICE_HOST_ENGINE_STATE_H
#define SLUICE_HOST_ENGINE_STATE_H

/* The state of the engine for which this file is compiled. */

#if defined(SLUICE_THREADS)
#include "host/thread/engine_state.h"
#else
#include "host/fiber/engine_state.h"
#endif

#endif
