// Not shared by files of different instruction sets.
#define FROM_A_PRECOMPILED_HEADER
