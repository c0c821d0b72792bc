// A viewer of meshes and point clouds in WebGL 2: one canvas, one shape at a time, nothing loaded from anywhere.
"use strict";

const VERTEX = `#version 300 es
in vec3 place; uniform mat3 turn; uniform vec2 scale; uniform float size; out vec3 seen;
void main() {
  seen = turn * (place - 0.5);
  float near = 1.0 - seen.z / 2.5;
  gl_Position = vec4(seen.xy * scale, -seen.z * 0.5, near);
  gl_PointSize = size / near;
}`;

const FRAGMENT = `#version 300 es
precision highp float; in vec3 seen; uniform bool ball; out vec4 colour;
void main() {
  vec3 normal;
  if (ball) {
    vec2 at = gl_PointCoord * 2.0 - 1.0;
    float rest = 1.0 - dot(at, at);
    if (rest < 0.0) discard;
    normal = vec3(at.x, -at.y, sqrt(rest));
  } else {
    normal = normalize(cross(dFdx(seen), dFdy(seen)));
    if (normal.z < 0.0) normal = -normal;
  }
  float light = 0.32 + 0.14 * normal.y + 0.62 * max(0.0, dot(normal, normalize(vec3(-0.45, 0.75, 0.6))))
    + 0.34 * max(0.0, dot(normal, normalize(vec3(0.7, 0.1, 0.7))));
  colour = vec4(vec3(0.45, 0.62, 0.8) * light * 1.05, 1.0);
}`;

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

function compile(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  return program;
}

function turning(azimuth, elevation) { // column by column, as WebGL takes it
  const [a, b, c, d] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  return [a, -d * b, c * b, 0, c, d, -b, -d * a, c * a].map((value) => value || 0);
}

function start(box) {
  const shapes = JSON.parse(box.dataset.shapes);
  const canvas = box.querySelector("canvas");
  const buttons = [...box.querySelectorAll("button")];
  const gl = canvas.getContext("webgl2", {antialias: true, preserveDrawingBuffer: true});
  if (!gl) {
    canvas.replaceWith("This browser shows no WebGL 2, so the shapes cannot be turned here.");
    return;
  }
  const program = compile(gl);
  gl.useProgram(program);
  gl.enable(gl.DEPTH_TEST);
  gl.clearColor(1, 1, 1, 1);
  const uniform = (name) => gl.getUniformLocation(program, name);
  const place = gl.getAttribLocation(program, "place");
  const vertices = gl.createBuffer(), faces = gl.createBuffer();
  let azimuth = -0.6, elevation = 0.38, zoom = 1, count = 0, mesh = true;

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth * ratio, height = canvas.clientHeight * ratio;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, {width, height});
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const least = Math.min(width, height) * 1.25 * zoom;
    gl.uniformMatrix3fv(uniform("turn"), false, turning(azimuth, elevation));
    gl.uniform2f(uniform("scale"), least / width, least / height);
    gl.uniform1f(uniform("size"), least * 0.02);
    gl.uniform1i(uniform("ball"), mesh ? 0 : 1);
    if (mesh) gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 0);
    else gl.drawArrays(gl.POINTS, 0, count);
  }

  function show(number) {
    const shape = shapes[number];
    const numbers = new Uint16Array(bytes(shape.vertices));
    mesh = Boolean(shape.faces);
    gl.bindBuffer(gl.ARRAY_BUFFER, vertices);
    gl.bufferData(gl.ARRAY_BUFFER, numbers, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, 3, gl.UNSIGNED_SHORT, true, 6, 0);
    count = numbers.length / 3;
    if (mesh) {
      const corners = new Uint32Array(bytes(shape.faces));
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, faces);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, corners, gl.STATIC_DRAW);
      count = corners.length;
    }
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === number)));
    draw();
  }

  function turn(across, up) {
    azimuth += across;
    elevation = Math.max(-1.57, Math.min(1.57, elevation + up));
    draw();
  }

  function nearer(factor) {
    zoom = Math.max(0.3, Math.min(8, zoom * factor));
    draw();
  }

  canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons) turn(event.movementX * 0.01, event.movementY * 0.01);
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    nearer(Math.exp(-event.deltaY * 0.001));
  }, {passive: false});
  canvas.addEventListener("keydown", (event) => {
    const keys = {ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1]};
    if (keys[event.key]) turn(...keys[event.key]);
    else if (event.key === "+") nearer(1.1);
    else if (event.key === "-") nearer(1 / 1.1);
    else return;
    event.preventDefault();
  });
  buttons.forEach((button, number) => button.addEventListener("click", () => show(number)));
  window.addEventListener("resize", draw);
  show(0);
}

document.querySelectorAll(".viewer").forEach(start);
