"use client";

import { type FormEvent, useState } from "react";
import type { Api, Message } from "../lib/api";

export function Chat({ api }: { api: Api }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const [text, setText] = useState("");
  const [waiting, setWaiting] = useState(false);
  const [problem, setProblem] = useState("");

  async function send(event: FormEvent) {
    event.preventDefault();
    const asked: Message[] = [...messages, { role: "user", content: text.trim() }];
    if (waiting || !text.trim()) return;
    setWaiting(true);
    setProblem("");
    try {
      const { reply } = await api.chat(asked);
      setMessages([...asked, { role: "assistant", content: reply || "(no answer)" }]);
      setText("");
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setWaiting(false);
    }
  }

  return (
    <section aria-label="Chat" className="card">
      <h2>Ask about your todos</h2>
      <div role="log" aria-label="Conversation" className="conversation">
        {messages.map((message, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages are only ever appended
          <p key={index} className={message.role}>
            {message.content}
          </p>
        ))}
      </div>
      {problem && <p role="alert">{problem}</p>}
      <form onSubmit={send}>
        <label htmlFor="message">Message</label>
        <input id="message" value={text} maxLength={4000} onChange={(event) => setText(event.target.value)} />
        <button type="submit" disabled={waiting}>
          {waiting ? "Sending…" : "Send"}
        </button>
      </form>
    </section>
  );
}
