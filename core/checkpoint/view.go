package checkpoint

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"unsafe"
)

// Bytes views float32 values as the bytes of their memory, without copying.
// Files and stores are little-endian, and so is every machine we run on; on
// another one the package refuses to start.
func Bytes(data []float32) []byte {
	if len(data) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), 4*len(data))
}

func init() {
	if b := Bytes([]float32{math.Float32frombits(1)}); binary.LittleEndian.Uint32(b) != 1 {
		panic("checkpoint: big-endian machines are not supported")
	}
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the CRC-32C of b.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func updateChecksum(sum uint32, b []byte) uint32 { return crc32.Update(sum, castagnoli, b) }
