// Empties the folder that cmd/serve embeds, except for its tracked placeholder.
import { mkdir, readdir, rm } from 'node:fs/promises'

const site = new URL('../../cmd/serve/site/', import.meta.url)
await mkdir(site, { recursive: true })
for (const name of await readdir(site)) {
  if (name !== 'placeholder.txt') await rm(new URL(name, site), { recursive: true })
}
