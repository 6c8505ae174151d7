// Lets a reader copy a block of code. Pages are whole without it.
for (const button of document.querySelectorAll('button.copy')) {
  const label = button.textContent
  button.hidden = !navigator.clipboard
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent)
    button.textContent = '✓'
    setTimeout(() => { button.textContent = label }, 1500)
  })
}

// Links into the reference from when it stood here.
if (/^#(tag|model|webhook|description)\b/.test(window.location.hash) && window.location.pathname === '/docs') window.location.replace(`/docs/reference${window.location.hash}`)
