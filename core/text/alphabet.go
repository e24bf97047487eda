package text

// The alphabet of byte-level BPE in files: each byte is written as one
// printable character, as GPT-2 introduced it. Bytes that print in Latin-1 stand
// for themselves, the others for U+0100 and up, so that a space reads "Ġ" and a
// line break "Ċ".

var byteRunes = func() (to [256]rune) {
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		if b < '!' || b > '~' && b < 0xA1 || b == 0xAD {
			r = next
			next++
		}
		to[b] = r
	}
	return to
}()

func toAlphabet(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = byteRunes[s[i]]
	}
	return string(out)
}
