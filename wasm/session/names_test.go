//go:build !js

package session

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"sprout/core/nn"
	"sprout/stages"
)

// Every setting and every unit of the stages has a name in both of the page's
// languages: a catalogue answers to what it does not know with nothing at all.
func TestSettingsHaveNames(t *testing.T) {
	for _, lang := range []string{"en", "zh"} {
		names := ""
		for _, file := range []string{"paramNames", "pretrain"} { // params and their units stand in the latter
			raw, err := os.ReadFile("../../web/src/i18n/" + lang + "/" + file + ".ts")
			require.NoError(t, err)
			names += string(raw)
		}
		has := func(word string) bool {
			return regexp.MustCompile(`(?m)^ +` + regexp.QuoteMeta(word) + `: '.+`).MatchString(names)
		}
		require.False(t, has("nobody"))
		for _, stage := range stages.Journey {
			for _, p := range stage.Params(nn.Presets[0]) {
				if strings.HasSuffix(p.Key, "_proj") {
					continue // matrices go by their own names everywhere
				}
				assert.True(t, has(p.Key), "%s: the setting %s of %s", lang, p.Key, stage.Name())
				assert.True(t, p.Unit == "" || has(p.Unit), "%s: the unit %s of %s", lang, p.Unit, p.Key)
			}
		}
	}
}
