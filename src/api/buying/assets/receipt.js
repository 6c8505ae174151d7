// What a script adds to a receipt, which works without: copy buttons, ticking time, and looking whether something has changed.
/* global addEventListener, location */
'use strict'
const main = document.getElementById('main')
const { state, watch, mark } = main.dataset

// What was bought is bought: the next press of the button is another purchase.
if (state !== 'open') try { sessionStorage.removeItem('attempt') } catch {}

for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    const texts = [...document.querySelectorAll(button.dataset.copy)].map(place => place.textContent)
    const label = button.textContent
    if (!await copy(texts.join('\n'))) return
    button.textContent = button.dataset.done
    setTimeout(() => { button.textContent = label }, 1500)
  })
}

for (const place of document.querySelectorAll('[data-countdown]')) {
  const show = () => {
    const seconds = Math.max(0, Math.ceil((Number(place.dataset.countdown) - Date.now()) / 1000))
    place.querySelector('strong').textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  }
  show()
  setInterval(show, 1000)
}

if (watch) look(2000)

function look (afterMs) {
  setTimeout(async () => {
    let next = Math.min(afterMs * 1.2, 15000)
    // Nobody looks at a page in the background; and a form that is open is not taken away.
    if (!document.hidden) {
      try {
        const answer = await fetch(watch, { cache: 'no-store' })
        if (answer.ok && (await answer.json()).mark !== mark) return location.reload()
        if (answer.status === 429) next = 30000
      } catch {}
    }
    look(next)
  }, afterMs)
}

addEventListener('visibilitychange', () => { if (!document.hidden && watch) fetch(watch, { cache: 'no-store' }).then(answer => answer.json()).then(now => { if (now.mark !== mark) location.reload() }).catch(() => {}) })

async function copy (text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
