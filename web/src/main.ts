import './app.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { installAutomation } from './automation/sprout'
import { engine } from './state/engine.svelte'
import { settings } from './state/settings.svelte'

void engine.boot()
installAutomation()
await settings.ready
mount(App, { target: document.getElementById('app') as HTMLElement })
