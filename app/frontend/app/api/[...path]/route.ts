import { proxy } from "../../../lib/proxy";

export const dynamic = "force-dynamic";

const handle = (request: Request): Promise<Response> => proxy(request);

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST };
