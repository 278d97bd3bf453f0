// Runs a Pulumi program under mocks, as `pulumi preview` would, in the folder that it is started in; prints what it made and
// what it told. Plain JavaScript, for folders that have nothing but the packed package.
const pulumi = require("@pulumi/pulumi");
const { helmTemplate } = require("local-charts");

(async () => {
  const resources = [];
  const told = [];
  const tell = async (text) => void told.push(text);
  Object.assign(pulumi.log, { info: tell, warn: tell });
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        resources.push({ type, name, inputs });
        return { id: `${name}-id`, state: inputs };
      },
      call: async ({ inputs }) => ({ result: await helmTemplate()(JSON.parse(inputs.jsonOpts)) }),
    },
    "shop",
    "dev",
    true,
  );
  const [, , file] = process.argv;
  const program = file.endsWith(".mjs") ? (await import(file)).default : require(file);
  await pulumi.runtime.runInPulumiStack(program);
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify({ resources, told }));
})();
