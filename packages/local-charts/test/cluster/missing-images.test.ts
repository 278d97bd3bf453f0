// What is said of images that pods do not get.
// Does not prove: that a kubelet uses these words (the end-to-end tests of a program).
import { strict as assert } from "node:assert";
import { missingImages } from "../../src/cluster/missing-images.ts";

const LOCAL = "localhost/web:1";
const FAR = "registry.example.org/web:1";

const pod = (image: string, waiting: object | undefined, init = false) => ({
  metadata: { name: "web-1" },
  spec: init ? { initContainers: [{ name: "a", image }], containers: [] } : { containers: [{ name: "a", image }] },
  status: { [init ? "initContainerStatuses" : "containerStatuses"]: [{ name: "a", state: { waiting } }] },
});
const local = (load: string) =>
  `pod web-1 does not get its image ${LOCAL}, which its node does not have and no registry can have by this name; ${load} lets this go on`;
const far = (why: string) =>
  `pod web-1 does not get its image ${FAR}: ${why}; Helm waits for it until its timeout, and Ctrl-C ends that; correct the image, or the login to its registry`;

describe("of an image that a pod does not get", () => {
  const load = { context: "shop", loadImage: "minikube -p shop image load" };
  const texts = (pods: ReturnType<typeof pod>[], options: { context: string; loadImage?: string } = load) =>
    missingImages({ items: pods }, [LOCAL, FAR], options).map(({ text }) => text);
  const waiting = { reason: "ErrImagePull", message: "failed to\n  pull: not found" };

  it("the command is said that brings it, where its name is that of no registry", () => {
    assert.deepEqual(texts([pod(LOCAL, waiting)]), [local("`minikube -p shop image load localhost/web:1`")]);
    assert.deepEqual(texts([pod(LOCAL, waiting)], { context: "shop" }), [local("loading it into each node of shop")]);
  });

  it("the node's own words are said of one that it may have, and asks for each time", () => {
    const always = pod(LOCAL, { reason: "ErrImagePull", message: "refused" });
    Object.assign(always.spec.containers[0], { imagePullPolicy: "Always" });
    const [said] = texts([always]);
    assert.match(said, /^pod web-1 does not get its image localhost\/web:1: ErrImagePull, refused; /);
  });

  it("the node's own words are said otherwise, without a credential, and not all of them", () => {
    assert.deepEqual(texts([pod(FAR, waiting, true)]), [far("ErrImagePull, failed to pull: not found")]);
    assert.deepEqual(texts([pod(FAR, { reason: "InvalidImageName" })]), [far("InvalidImageName")]);
    const [said] = texts([pod(FAR, { ...waiting, message: `https://me:canary@registry ${"so ".repeat(200)}` })]);
    assert.ok(!said.includes("canary") && said.length < 550, said);
  });

  it("the reason is said, however long the image's name is", () => {
    const image = `${FAR}@sha256:${"0".repeat(64)}`;
    const message = `failed to pull image "${image}": failed to resolve reference "${image}": ${"so ".repeat(60)}: denied`;
    const [{ text }] = missingImages({ items: [pod(image, { ...waiting, message })] }, [image], load);
    assert.match(text, /: ErrImagePull, failed to pull image: failed to resolve reference: so .*: denied; Helm waits/);
  });

  it("nothing is said where it comes, where it waits for something else, and of other charts' images", () => {
    const running = { ...pod(LOCAL, undefined), status: undefined };
    const others = [pod(LOCAL, undefined), pod(LOCAL, { reason: "ContainerCreating" }), pod("other:1", waiting)];
    assert.deepEqual(missingImages({ items: [...others, running as never] }, [LOCAL, FAR], load), []);
  });
});
