// Macros that other people's headers define and that Eigen and xsimd survive. hillock's headers are
// compiled after them. Not here, because Eigen refuses it or undefines them itself: X11's Success;
// min, max, and complex.h's I stay defined as they are given.
#pragma once

// Qt
#define slots
#define signals public
#define emit
#define foreach Q_FOREACH
// Windows
#define near
#define far
#define small char
#define interface struct
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
// Apple
#define check(assertion) static_cast<void>(assertion)
#define verify(assertion) static_cast<void>(assertion)
// X11
#define Above 0
#define Below 1
#define None 0L
#define Bool int
#define True 1
#define False 0
#define Status int
#define Always 2
// complex.h and sys/sysmacros.h
#define I _Complex_I
#define major(device) (device)
#define minor(device) (device)
// Linux, games, tests
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define ASSERT(condition) static_cast<void>(condition)
#define CHECK(condition) static_cast<void>(condition)
