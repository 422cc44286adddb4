// Whether a button of a mouse, or a finger, is down: what is drawn anew between its going down and
// coming up would lose the click.
let isDown = false;

addEventListener("pointerdown", () => (isDown = true), true);
for (const end of ["pointerup", "pointercancel"]) {
  // After the click, which follows.
  addEventListener(end, () => setTimeout(() => (isDown = false)), true);
}

export const isPressing = () => isDown;
