// SPDX-License-Identifier: GPL-2.0-only
// origin: as it is in 6.12 (docs/findings/lost-wakeup.md)
// breaks: complete() wakes one of the drains that wait for the event thread; the others wait for ever.
// expect: HANG
// without: lost-wakeup
