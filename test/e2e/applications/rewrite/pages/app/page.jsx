"use client";

import { useCallback, useEffect, useState } from "react";

export default function Notes() {
  const [notes, setNotes] = useState([]);
  const load = useCallback(async () => setNotes(await (await fetch("/api/notes")).json()), []);
  useEffect(() => void load(), [load]);
  const add = async (form) => {
    const headers = { "content-type": "application/json" };
    await fetch("/api/notes", { method: "POST", headers, body: JSON.stringify({ text: form.get("text") }) });
    await load();
  };
  return (
    <main>
      <h1>Notes</h1>
      <form action={add}>
        <input name="text" aria-label="Note" required />
        <button type="submit">Add</button>
      </form>
      <ul>
        {notes.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
    </main>
  );
}
