// The address of the API as browsers reach it, put here when the image is built.
const notes = "http://localhost:30303/v1/notes";

async function show() {
  const items = (await (await fetch(notes)).json()).map(({ text }) => {
    return Object.assign(document.createElement("li"), { textContent: text });
  });
  document.querySelector("ul").replaceChildren(...items);
}

document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ text: new FormData(event.target).get("text") });
  await fetch(notes, { method: "POST", headers: { "content-type": "application/json" }, body });
  await show();
});
await show();
