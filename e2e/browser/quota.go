package browser

import (
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// LimitStorage sets the quota of an origin in bytes, for the whole browser.
// Chromium remembers for half a minute how much room a database had, so the
// limit comes before the first write. navigator.storage.estimate goes on
// telling another quota.
func (p *Page) LimitStorage(origin string, bytes int64) error {
	size := float64(bytes)
	_, err := chromedp.Call(p.ctx, storage.OverrideQuotaForOrigin,
		storage.OverrideQuotaForOriginParams{Origin: origin, QuotaSize: &size})
	return err
}
