/* scan_simd.h - the instruction sets: which are in a build, and what each does with 64 bytes.
 *
 * scan_code.h is written over a `block` of 64 bytes and masks of 64 bits, bit i for byte i; this
 * page gives it one such block for the path that is being compiled (SCAN_PATH). Everything that
 * differs between instruction sets stands here.
 *
 * A build has every path its architecture knows and chooses when a scratch is made. Defining one of
 * DWR_ONLY_PORTABLE, DWR_ONLY_SSE2, DWR_ONLY_AVX2, DWR_ONLY_AVX512, DWR_ONLY_NEON leaves just that
 * one in it. */
#ifndef DWR_SCAN_SIMD_H
#define DWR_SCAN_SIMD_H

#if defined(DWR_ONLY_PORTABLE) || defined(DWR_ONLY_SSE2) || defined(DWR_ONLY_AVX2) ||              \
    defined(DWR_ONLY_AVX512) || defined(DWR_ONLY_NEON)
#define DWR_ONLY_ONE 1
#else
#define DWR_ONLY_ONE 0
#endif

#if !DWR_ONLY_ONE || defined(DWR_ONLY_PORTABLE)
#define DWR_HAS_PORTABLE 1
#else
#define DWR_HAS_PORTABLE 0
#endif

#if defined(__x86_64__) && (!DWR_ONLY_ONE || defined(DWR_ONLY_SSE2))
#define DWR_HAS_SSE2 1
#else
#define DWR_HAS_SSE2 0
#endif

#if defined(__x86_64__) && (!DWR_ONLY_ONE || defined(DWR_ONLY_AVX2))
#define DWR_HAS_AVX2 1
#else
#define DWR_HAS_AVX2 0
#endif

#if defined(__x86_64__) && (!DWR_ONLY_ONE || defined(DWR_ONLY_AVX512))
#define DWR_HAS_AVX512 1
#else
#define DWR_HAS_AVX512 0
#endif

#if defined(__aarch64__) && (!DWR_ONLY_ONE || defined(DWR_ONLY_NEON))
#define DWR_HAS_NEON 1
#else
#define DWR_HAS_NEON 0
#endif

#if DWR_HAS_PORTABLE + DWR_HAS_SSE2 + DWR_HAS_AVX2 + DWR_HAS_AVX512 + DWR_HAS_NEON == 0
#error "the chosen DWR_ONLY_ path is not of this architecture"
#endif

#define SCAN_PORTABLE 1
#define SCAN_SSE2 2
#define SCAN_AVX2 3
#define SCAN_AVX512 4
#define SCAN_NEON 5

#if defined(__GNUC__)
#define SCAN_INLINE inline __attribute__((always_inline))
/* One copy that all call: what would be large where it stands. */
#define SCAN_OUT __attribute__((noinline))
#else
#define SCAN_INLINE inline
#define SCAN_OUT
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../name_hash.h"

#endif

/* What follows is for one path, inside its target pragma. */
#ifdef SCAN_PATH

#if SCAN_PATH == SCAN_PORTABLE

/* Eight words, their bytes in memory order from the lowest. */
typedef struct {
    uint64_t v[8];
} block;

#define ONES 0x0101010101010101u
#define LOW7 0x7F7F7F7F7F7F7F7Fu
#define HIGH 0x8080808080808080u

/* Written out: a loop over the words would keep the block in memory. */
#define EACH_WORD(of) ((block){ { of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7) } })

/* The high bits of a word's bytes as eight bits. */
static inline uint64_t high_bits(uint64_t high)
{
    return (high >> 7) * 0x0102040810204080u >> 56;
}

static inline uint64_t block_mask(block high)
{
    return high_bits(high.v[0]) | high_bits(high.v[1]) << 8 | high_bits(high.v[2]) << 16 |
           high_bits(high.v[3]) << 24 | high_bits(high.v[4]) << 32 | high_bits(high.v[5]) << 40 |
           high_bits(high.v[6]) << 48 | high_bits(high.v[7]) << 56;
}

static inline block block_load(const char *p)
{
#define WORD(i) dwr_load_le(p + 8 * (i), 8)
    return EACH_WORD(WORD);
#undef WORD
}

/* The high bit of each byte that is zero; exact, no carry goes from byte to byte. */
static inline uint64_t zero_bytes(uint64_t x)
{
    return ~(((x & LOW7) + LOW7) | x) & HIGH;
}

static inline uint64_t block_eq(block b, char c)
{
    const uint64_t all = ONES * (unsigned char)c;

#define WORD(i) zero_bytes(b.v[i] ^ all)
    return block_mask(EACH_WORD(WORD));
#undef WORD
}

static inline uint64_t block_stops(block b)
{
#define WORD(i) (zero_bytes(b.v[i] ^ ONES * '"') | zero_bytes(b.v[i] ^ ONES * '\\'))
    return block_mask(EACH_WORD(WORD));
#undef WORD
}

/* Below 0x20: what a byte without its high bit lacks to 0x20 stays without a high bit. */
static inline uint64_t block_strict(block b)
{
#define WORD(i)                                                                                    \
    ((zero_bytes(b.v[i] ^ ONES * '"') | zero_bytes(b.v[i] ^ ONES * '\\') | b.v[i] |                \
      ~((b.v[i] & LOW7) + ONES * 0x60)) &                                                          \
     HIGH)
    return block_mask(EACH_WORD(WORD));
#undef WORD
}

static inline uint64_t block_folded(block b, char c)
{
    const uint64_t all = ONES * (unsigned char)c;

#define WORD(i) zero_bytes((b.v[i] | ONES * 0x20) ^ all)
    return block_mask(EACH_WORD(WORD));
#undef WORD
}

/* Zero where the bytes are the same. */
static inline block block_xor(block a, block b)
{
#define WORD(i) (a.v[i] ^ b.v[i])
    return EACH_WORD(WORD);
#undef WORD
}

static inline block block_or(block a, block b)
{
#define WORD(i) (a.v[i] | b.v[i])
    return EACH_WORD(WORD);
#undef WORD
}

static inline bool block_is_zero(block b)
{
    return (b.v[0] | b.v[1] | b.v[2] | b.v[3] | b.v[4] | b.v[5] | b.v[6] | b.v[7]) == 0;
}

/* The lowest bit set is the first byte in which they part; 0: they are the same. */
static inline uint64_t block_parts(block a, block b)
{
#define WORD(i)                                                                                    \
    if (a.v[i] != b.v[i])                                                                          \
    return (uint64_t)1 << (8 * (i) + (unsigned)__builtin_ctzll(a.v[i] ^ b.v[i]) / 8)
    WORD(0);
    WORD(1);
    WORD(2);
    WORD(3);
    WORD(4);
    WORD(5);
    WORD(6);
    WORD(7);
#undef WORD
    return 0;
}

#elif SCAN_PATH == SCAN_SSE2

typedef struct {
    __m128i v[4];
} block;

static inline block block_load(const char *p)
{
    return (block){
        { _mm_loadu_si128((const __m128i *)p), _mm_loadu_si128((const __m128i *)(p + 16)),
          _mm_loadu_si128((const __m128i *)(p + 32)), _mm_loadu_si128((const __m128i *)(p + 48)) }
    };
}

static inline uint64_t block_mask(__m128i a, __m128i b, __m128i c, __m128i d)
{
    return (uint64_t)(uint32_t)_mm_movemask_epi8(a) |
           (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 |
           (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}

static inline uint64_t block_eq(block b, char c)
{
    const __m128i all = _mm_set1_epi8(c);

    return block_mask(_mm_cmpeq_epi8(b.v[0], all), _mm_cmpeq_epi8(b.v[1], all),
                      _mm_cmpeq_epi8(b.v[2], all), _mm_cmpeq_epi8(b.v[3], all));
}

static inline __m128i stops(__m128i v)
{
    return _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
                        _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
}

static inline uint64_t block_stops(block b)
{
    return block_mask(stops(b.v[0]), stops(b.v[1]), stops(b.v[2]), stops(b.v[3]));
}

/* As signed bytes what is below 0x20 is a control character or not ASCII. */
static inline __m128i strict_stops(__m128i v)
{
    return _mm_or_si128(stops(v), _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)));
}

static inline uint64_t block_strict(block b)
{
    return block_mask(strict_stops(b.v[0]), strict_stops(b.v[1]), strict_stops(b.v[2]),
                      strict_stops(b.v[3]));
}

static inline uint64_t block_folded(block b, char c)
{
    const __m128i bit = _mm_set1_epi8(0x20);

    return block_eq((block){ { _mm_or_si128(b.v[0], bit), _mm_or_si128(b.v[1], bit),
                               _mm_or_si128(b.v[2], bit), _mm_or_si128(b.v[3], bit) } },
                    c);
}

static inline block block_xor(block a, block b)
{
    return (block){ { _mm_xor_si128(a.v[0], b.v[0]), _mm_xor_si128(a.v[1], b.v[1]),
                      _mm_xor_si128(a.v[2], b.v[2]), _mm_xor_si128(a.v[3], b.v[3]) } };
}

static inline block block_or(block a, block b)
{
    return (block){ { _mm_or_si128(a.v[0], b.v[0]), _mm_or_si128(a.v[1], b.v[1]),
                      _mm_or_si128(a.v[2], b.v[2]), _mm_or_si128(a.v[3], b.v[3]) } };
}

static inline bool block_is_zero(block b)
{
    const __m128i any = _mm_or_si128(_mm_or_si128(b.v[0], b.v[1]), _mm_or_si128(b.v[2], b.v[3]));

    return _mm_movemask_epi8(_mm_cmpeq_epi8(any, _mm_setzero_si128())) == 0xFFFF;
}

static inline uint64_t block_parts(block a, block b)
{
    return ~block_mask(_mm_cmpeq_epi8(a.v[0], b.v[0]), _mm_cmpeq_epi8(a.v[1], b.v[1]),
                       _mm_cmpeq_epi8(a.v[2], b.v[2]), _mm_cmpeq_epi8(a.v[3], b.v[3]));
}

#elif SCAN_PATH == SCAN_AVX2

typedef struct {
    __m256i v[2];
} block;

static inline block block_load(const char *p)
{
    return (block){ { _mm256_loadu_si256((const __m256i *)p),
                      _mm256_loadu_si256((const __m256i *)(p + 32)) } };
}

static inline uint64_t block_mask(__m256i a, __m256i b)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b)
                                                             << 32;
}

static inline uint64_t block_eq(block b, char c)
{
    const __m256i all = _mm256_set1_epi8(c);

    return block_mask(_mm256_cmpeq_epi8(b.v[0], all), _mm256_cmpeq_epi8(b.v[1], all));
}

static inline __m256i stops(__m256i v)
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('"')),
                           _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\')));
}

static inline uint64_t block_stops(block b)
{
    return block_mask(stops(b.v[0]), stops(b.v[1]));
}

/* As signed bytes what is below 0x20 is a control character or not ASCII. */
static inline __m256i strict_stops(__m256i v)
{
    return _mm256_or_si256(stops(v), _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), v));
}

static inline uint64_t block_strict(block b)
{
    return block_mask(strict_stops(b.v[0]), strict_stops(b.v[1]));
}

static inline uint64_t block_folded(block b, char c)
{
    b.v[0] = _mm256_or_si256(b.v[0], _mm256_set1_epi8(0x20));
    b.v[1] = _mm256_or_si256(b.v[1], _mm256_set1_epi8(0x20));
    return block_eq(b, c);
}

static inline block block_xor(block a, block b)
{
    return (block){ { _mm256_xor_si256(a.v[0], b.v[0]), _mm256_xor_si256(a.v[1], b.v[1]) } };
}

static inline block block_or(block a, block b)
{
    return (block){ { _mm256_or_si256(a.v[0], b.v[0]), _mm256_or_si256(a.v[1], b.v[1]) } };
}

static inline bool block_is_zero(block b)
{
    const __m256i any = _mm256_or_si256(b.v[0], b.v[1]);

    return _mm256_testz_si256(any, any);
}

static inline uint64_t block_parts(block a, block b)
{
    return ~block_mask(_mm256_cmpeq_epi8(a.v[0], b.v[0]), _mm256_cmpeq_epi8(a.v[1], b.v[1]));
}

#elif SCAN_PATH == SCAN_AVX512

typedef struct {
    __m512i v;
} block;

static inline block block_load(const char *p)
{
    return (block){ _mm512_loadu_si512(p) };
}

/* The bytes that the mask leaves out are not read. */
static inline block block_part(const char *p, size_t n)
{
    return (block){ _mm512_maskz_loadu_epi8(~(uint64_t)0 >> (64 - n), p) };
}
#define HAS_BLOCK_PART 1

static inline uint64_t block_eq(block b, char c)
{
    return _mm512_cmpeq_epi8_mask(b.v, _mm512_set1_epi8(c));
}

static inline uint64_t block_stops(block b)
{
    return block_eq(b, '"') | block_eq(b, '\\');
}

/* As signed bytes what is below 0x20 is a control character or not ASCII. */
static inline uint64_t block_strict(block b)
{
    return block_stops(b) | _mm512_cmplt_epi8_mask(b.v, _mm512_set1_epi8(0x20));
}

static inline uint64_t block_folded(block b, char c)
{
    return block_eq((block){ _mm512_or_si512(b.v, _mm512_set1_epi8(0x20)) }, c);
}

static inline block block_xor(block a, block b)
{
    return (block){ _mm512_xor_si512(a.v, b.v) };
}

static inline block block_or(block a, block b)
{
    return (block){ _mm512_or_si512(a.v, b.v) };
}

static inline bool block_is_zero(block b)
{
    return _mm512_test_epi8_mask(b.v, b.v) == 0;
}

static inline uint64_t block_parts(block a, block b)
{
    return _mm512_cmpneq_epi8_mask(a.v, b.v);
}

#elif SCAN_PATH == SCAN_NEON

typedef struct {
    uint8x16_t v[4];
} block;

static inline block block_load(const char *p)
{
    const uint8_t *u = (const uint8_t *)p;

    return (block){ { vld1q_u8(u), vld1q_u8(u + 16), vld1q_u8(u + 32), vld1q_u8(u + 48) } };
}

/* Bytes of all ones or zeros as bits: each keeps the bit of its place in eight, and three pairwise
 * sums bring eight bytes together in one. */
static inline uint64_t block_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
    const uint8x16_t place = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
    const uint8x16_t ab = vpaddq_u8(vandq_u8(a, place), vandq_u8(b, place));
    const uint8x16_t cd = vpaddq_u8(vandq_u8(c, place), vandq_u8(d, place));
    const uint8x16_t abcd = vpaddq_u8(ab, cd);

    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(abcd, abcd)), 0);
}

static inline uint64_t block_eq(block b, char c)
{
    const uint8x16_t all = vdupq_n_u8((uint8_t)c);

    return block_mask(vceqq_u8(b.v[0], all), vceqq_u8(b.v[1], all), vceqq_u8(b.v[2], all),
                      vceqq_u8(b.v[3], all));
}

static inline uint8x16_t stops(uint8x16_t v)
{
    return vorrq_u8(vceqq_u8(v, vdupq_n_u8('"')), vceqq_u8(v, vdupq_n_u8('\\')));
}

static inline uint64_t block_stops(block b)
{
    return block_mask(stops(b.v[0]), stops(b.v[1]), stops(b.v[2]), stops(b.v[3]));
}

/* As signed bytes what is below 0x20 is a control character or not ASCII. */
static inline uint8x16_t strict_stops(uint8x16_t v)
{
    return vorrq_u8(stops(v), vcltq_s8(vreinterpretq_s8_u8(v), vdupq_n_s8(0x20)));
}

static inline uint64_t block_strict(block b)
{
    return block_mask(strict_stops(b.v[0]), strict_stops(b.v[1]), strict_stops(b.v[2]),
                      strict_stops(b.v[3]));
}

static inline uint64_t block_folded(block b, char c)
{
    const uint8x16_t bit = vdupq_n_u8(0x20);

    return block_eq((block){ { vorrq_u8(b.v[0], bit), vorrq_u8(b.v[1], bit), vorrq_u8(b.v[2], bit),
                               vorrq_u8(b.v[3], bit) } },
                    c);
}

static inline block block_xor(block a, block b)
{
    return (block){ { veorq_u8(a.v[0], b.v[0]), veorq_u8(a.v[1], b.v[1]), veorq_u8(a.v[2], b.v[2]),
                      veorq_u8(a.v[3], b.v[3]) } };
}

static inline block block_or(block a, block b)
{
    return (block){ { vorrq_u8(a.v[0], b.v[0]), vorrq_u8(a.v[1], b.v[1]), vorrq_u8(a.v[2], b.v[2]),
                      vorrq_u8(a.v[3], b.v[3]) } };
}

static inline bool block_is_zero(block b)
{
    return vmaxvq_u32(vreinterpretq_u32_u8(
               vorrq_u8(vorrq_u8(b.v[0], b.v[1]), vorrq_u8(b.v[2], b.v[3])))) == 0;
}

static inline uint64_t block_parts(block a, block b)
{
    return ~block_mask(vceqq_u8(a.v[0], b.v[0]), vceqq_u8(a.v[1], b.v[1]), vceqq_u8(a.v[2], b.v[2]),
                       vceqq_u8(a.v[3], b.v[3]));
}

#endif

/* The first n bytes (1 to 64) at p and zeros: no byte behind them is read. */
#ifndef HAS_BLOCK_PART
static SCAN_OUT block block_part(const char *p, size_t n)
{
    char copy[64] = { 0 };

    memcpy(copy, p, n);
    return block_load(copy);
}
#endif

/* Bit i of the result is the exclusive or of the bits 0 to i. */
static inline uint64_t prefix_xor(uint64_t m)
{
#if SCAN_PATH == SCAN_AVX2 || SCAN_PATH == SCAN_AVX512
    return (uint64_t)_mm_cvtsi128_si64(
        _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)m), _mm_set1_epi8((char)0xFF), 0));
#else
    m ^= m << 1;
    m ^= m << 2;
    m ^= m << 4;
    m ^= m << 8;
    m ^= m << 16;
    return m ^ m << 32;
#endif
}

static inline unsigned ones_of(uint64_t m)
{
#if SCAN_PATH == SCAN_AVX2 || SCAN_PATH == SCAN_AVX512 || SCAN_PATH == SCAN_NEON
    return (unsigned)__builtin_popcountll(m);
#else
    m -= m >> 1 & 0x5555555555555555u;
    m = (m & 0x3333333333333333u) + (m >> 2 & 0x3333333333333333u);
    return (unsigned)(((m + (m >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
#endif
}

static inline unsigned first_of(uint64_t m)
{
    return (unsigned)__builtin_ctzll(m);
}

#endif
