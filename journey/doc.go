// Package journey walks the whole education of a model, from nothing: it makes
// the town, its tokenizer and a model, takes it through the stages in order, and
// measures after each what the stage is for. What comes out is a Report, which
// holds every figure beside the aim it is held against.
//
// It runs wherever stages run: natively (cmd/train -journey) and in the page's
// engine (make journey).
package journey
