package checkpoint

// File gives a test the stored bytes themselves.
func (m *Memory) File(name string) []byte { return m.files.files[name] }

// Files counts what is stored.
func (m *Memory) Files() int { return len(m.files.files) }
