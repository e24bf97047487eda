package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Looking inside the ready-made model: the probabilities are those that sampling
// tells, the sliders do what the sampler does, heads and tokens are chosen by hand
// and stand in the address, and a deep link shows the same in another language.
func TestLookInside(t *testing.T) {
	x := open(t, "#/inside?lang=en&model=demo&text=The+fox", "").ready()
	bars := "[...document.querySelectorAll('.bar + .number')].map(e => e.textContent.trim())"
	x.wait(30*time.Second, bars+".length === 12")
	told := value[[]string](x, 20*time.Second, `
		const top = []
		await sprout.sample({checkpoint: 'demo', prompt: 'The fox', maxTokens: 1, temperature: 1, onToken: e => top.push(...e.top)})
		return top.slice(0, 6).map(x => (100 * x.p).toFixed(1) + '%')`)
	require.Equal(t, told, value[[]string](x, time.Second, "return "+bars+".slice(0, 6)"))

	// At temperature 0 only the likeliest token is left.
	x.do(time.Second, "const s = document.querySelector('input[type=range]'); s.value = 0; s.dispatchEvent(new Event('input', {bubbles: true}))")
	x.wait(5*time.Second, bars+"[0] === '100.0%' && "+bars+"[1] === 'cut away'")

	x.do(time.Second, "document.querySelector('.token').click()")
	x.sees("nothing comes before it.")
	x.do(time.Second, "document.querySelectorAll('.small')[5].click()") // after two of colour: layer 1, head 4
	x.wait(5*time.Second, "location.hash.includes('head=4') && location.hash.includes('at=1') && location.hash.includes('temperature=0')")
	link := value[string](x, time.Second, "return location.hash")

	x.press("Draw the map")
	x.wait(30*time.Second, "document.querySelectorAll('circle').length > 500")
	x.do(time.Second, "document.querySelector('circle').dispatchEvent(new PointerEvent('pointerdown', {bubbles: true, clientX: document.querySelector('circle').getBoundingClientRect().x, clientY: document.querySelector('circle').getBoundingClientRect().y}))")
	x.wait(20*time.Second, "document.querySelectorAll('tbody .link').length >= 12")

	y := open(t, strings.Replace(link, "lang=en", "lang=zh", 1), "").ready()
	y.wait(30*time.Second, bars+"[0] === '100.0%'")
	y.sees("前面什么都没有")
	assert.Equal(t, "true", value[string](y, time.Second, "return document.querySelectorAll('.heads button')[3].getAttribute('aria-pressed')"))
}
