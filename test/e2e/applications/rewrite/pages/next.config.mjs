/** Read when the image is built, and never again: whoever runs the image has to have a backend of this name and port. */
const api = "http://notes-api:8000";

export default {
  output: "standalone",
  rewrites: async () => [{ source: "/api/:path*", destination: `${api}/:path*` }],
};
