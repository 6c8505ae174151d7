/* global EventSource, location */
// Puts what changed in its place, as it comes. Without it the page loads itself anew.
const connection = document.getElementById('connection')
const url = new URL(location.href)
url.pathname += '/events'
url.hash = ''
const source = new EventSource(url)

source.addEventListener('open', () => say(connection.dataset.here, true))
source.addEventListener('error', () => say(connection.dataset.lost, false))
source.addEventListener('sections', event => {
  for (const [name, html] of Object.entries(JSON.parse(event.data))) place(document.getElementById(name), html)
})
// The session is over, or its address was replaced: the page says what there is now.
source.addEventListener('over', () => {
  source.close()
  location.reload()
})

function say (text, isHere) {
  connection.textContent = text
  connection.classList.toggle('here', isHere)
}

function place (section, html) {
  const before = new Map([...section.querySelectorAll('[data-key]')].map(shown => [shown.dataset.key, shown.textContent]))
  const known = new Set([...section.querySelectorAll('[data-id]')].map(({ dataset }) => dataset.id))
  // What comes was made and escaped by the server, as the page itself.
  section.innerHTML = html
  for (const shown of section.querySelectorAll('[data-key]')) {
    const text = before.get(shown.dataset.key)
    if (text !== undefined && text !== shown.textContent) shown.classList.add('changed')
  }
  for (const shown of section.querySelectorAll('[data-id]')) if (!known.has(shown.dataset.id)) shown.classList.add('new')
}
