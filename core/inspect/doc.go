// Package inspect looks inside a model: what it does with a text, token by
// token and layer by layer, where its tokens lie, and what training has changed
// in its matrices. It changes nothing.
package inspect
