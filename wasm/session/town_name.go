package session

import (
	"fmt"
	"strconv"
	"strings"
)

// townName is the id of a town's text, from which it can be made again:
// "town:size:language:seed", and where facts are withheld ":3.17" behind it.
func townName(seed uint64, size, lang string, without []int) string {
	id := fmt.Sprintf(townID+"%s:%s:%d", size, lang, seed)
	separator := ":"
	for _, f := range without {
		id += separator + strconv.Itoa(f)
		separator = "."
	}
	return id
}

// readTownName is the reverse; ok is false for the id of any other text.
func readTownName(id string) (seed uint64, size, lang string, without []int, ok bool) {
	part := strings.Split(id, ":")
	if len(part) < 4 || len(part) > 5 || part[0]+":" != townID {
		return 0, "", "", nil, false
	}
	seed, err := strconv.ParseUint(part[3], 10, 64)
	if err != nil {
		return 0, "", "", nil, false
	}
	if len(part) == 5 {
		for _, f := range strings.Split(part[4], ".") {
			n, err := strconv.Atoi(f)
			if err != nil {
				return 0, "", "", nil, false
			}
			without = append(without, n)
		}
	}
	return seed, part[1], part[2], without, true
}
