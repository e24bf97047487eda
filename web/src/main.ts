import './app.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { installAutomation } from './automation/sprout'
import { keepAwake } from './state/awake.svelte'
import { engine } from './state/engine.svelte'
import { hidden } from './state/hidden.svelte'
import { offline } from './state/offline.svelte'
import { settings } from './state/settings.svelte'

void engine.boot()
void offline.start()
keepAwake()
if (!hidden.has('automation')) installAutomation()
await settings.ready
mount(App, { target: document.getElementById('app') as HTMLElement })
