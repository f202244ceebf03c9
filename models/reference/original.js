// Runs a model in the runtime it was made for, TensorFlow.js on its CPU backend, and writes what comes out.
// Started by models/reference/original.py: node original.js FOLDER, where FOLDER holds node_modules, job.json and pictures.rgb.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const folder = path.resolve(process.argv[2]);
const load = createRequire(path.join(folder, "package.json"));
const tf = load("@tensorflow/tfjs-core");
load("@tensorflow/tfjs-backend-cpu");
const { loadGraphModel } = load("@tensorflow/tfjs-converter");

/** What tfjs-converter reads a model from: here from files. */
function filesOf(modelPath) {
    const model = JSON.parse(fs.readFileSync(modelPath, "utf-8"));
    const parts = model.weightsManifest.flatMap((group) => group.paths);
    const bytes = Buffer.concat(parts.map((part) => fs.readFileSync(path.join(path.dirname(modelPath), part))));
    return {
        load: async () => ({
            modelTopology: model.modelTopology,
            weightSpecs: model.weightsManifest.flatMap((group) => group.weights),
            weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
        }),
    };
}

/** One picture, RGB bytes, as the float32 tensor that the model's entry wants. */
function entryTensor(bytes, job) {
    const { width_px: width, height_px: height, mean, scale, order } = job;
    const values = new Float32Array(width * height * 3);
    for (let pixel = 0; pixel < width * height; pixel += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
            const value = Math.fround(bytes[pixel * 3 + order[channel]] - Math.fround(mean[channel]));
            const place = job.is_channels_last ? pixel * 3 + channel : channel * width * height + pixel;
            values[place] = value * Math.fround(scale[channel]);
        }
    }
    return tf.tensor4d(values, job.is_channels_last ? [1, height, width, 3] : [1, 3, height, width]);
}

async function main() {
    const job = JSON.parse(fs.readFileSync(path.join(folder, "job.json"), "utf-8"));
    const pictures = fs.readFileSync(path.join(folder, "pictures.rgb"));
    const size = job.width_px * job.height_px * 3;
    await tf.setBackend("cpu");
    const model = await loadGraphModel(filesOf(job.model));
    const names = Object.keys(job.outputs);
    const written = names.map(() => []);
    for (let start = 0; start < pictures.length; start += size) {
        const tensor = entryTensor(pictures.subarray(start, start + size), job);
        const found = model.execute({ [job.entry]: tensor }, names.map((name) => job.outputs[name]));
        [found].flat().forEach((output, index) => written[index].push(Buffer.from(output.dataSync().buffer)));
    }
    names.forEach((name, index) => fs.writeFileSync(path.join(folder, `${name}.f32`), Buffer.concat(written[index])));
}

main().catch((problem) => {
    console.error(problem.stack);
    process.exit(1);
});
