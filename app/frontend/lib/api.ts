import { pagePatience, timeouts } from "./timeouts";

export interface Todo {
  id: number;
  title: string;
  completed: boolean;
}

export interface Message {
  role: "user" | "assistant";
  content: string;
}

interface Session {
  csrf_token: string;
  chat_max_messages: number;
}

/** `message` can be shown as it is; `status` is 0 when not even this page's own server answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export type Api = ReturnType<typeof createApi>;

export function createApi(send: typeof fetch = (...request) => fetch(...request)) {
  let session: Promise<Session> | undefined;

  async function call<T>(method: string, path: string, body?: unknown, token?: string): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (token) headers["x-csrf-token"] = token;
    const signal = AbortSignal.timeout(pagePatience + (path === "/api/chat" ? timeouts.chat : timeouts.other));
    let answer: Response;
    try {
      answer = await send(path, {
        method,
        headers,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new ApiError(0, "The server cannot be reached; try again in a moment.");
    }
    const content = answer.status === 204 ? undefined : await answer.json().catch(() => undefined);
    if (!answer.ok) throw new ApiError(answer.status, content?.detail ?? `The server answered ${answer.status}.`);
    return content as T;
  }

  function currentSession(): Promise<Session> {
    session ??= call<Session>("GET", "/api/session").catch((error) => {
      session = undefined;
      throw error;
    });
    return session;
  }

  /** 401 and 403 mean that the session ended or a key was rotated: a new session mends both, once. */
  async function write<T>(method: string, path: string, body?: unknown): Promise<T> {
    const used = currentSession();
    try {
      return await call<T>(method, path, body, (await used).csrf_token);
    } catch (error) {
      if (!(error instanceof ApiError) || ![401, 403].includes(error.status)) throw error;
      if (session === used) session = undefined;
      return call<T>(method, path, body, (await currentSession()).csrf_token);
    }
  }

  return {
    list: () => call<Todo[]>("GET", "/api/todos"),
    add: (title: string) => write<Todo>("POST", "/api/todos", { title }),
    complete: (id: number, completed: boolean) => write<Todo>("PATCH", `/api/todos/${id}`, { completed }),
    remove: (id: number) => write<void>("DELETE", `/api/todos/${id}`),
    /** Sends as many of the newest messages as the backend accepts. */
    chat: async (messages: Message[]) => {
      const { chat_max_messages } = await currentSession();
      return write<{ reply: string }>("POST", "/api/chat", { messages: messages.slice(-chat_max_messages) });
    },
  };
}
