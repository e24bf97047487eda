package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// bar is a line that draws over itself. It needs no terminal functions, so it
// works under Node as well.
type bar struct {
	w     io.Writer
	quiet bool
	width int // of what is drawn
	drawn time.Time
}

// show draws a share of 0 to 1 and what goes on, a few times per second.
func (b *bar) show(done float64, what string) {
	const cells, every = 24, 100 * time.Millisecond
	if b.quiet || time.Since(b.drawn) < every {
		return
	}
	b.drawn = time.Now()
	full := int(min(max(done, 0), 1) * cells)
	line := fmt.Sprintf("%s%s %3.0f%% %s", strings.Repeat("█", full), strings.Repeat("░", cells-full), 100*done, what)
	n := len([]rune(line))
	fmt.Fprintf(b.w, "\r%s%s", line, strings.Repeat(" ", max(0, b.width-n)))
	b.width = n
}

// clear removes the line.
func (b *bar) clear() {
	if b.width > 0 {
		fmt.Fprintf(b.w, "\r%s\r", strings.Repeat(" ", b.width))
		b.width = 0
	}
}
