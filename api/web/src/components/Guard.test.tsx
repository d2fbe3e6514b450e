import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Guard } from "./Guard";

it("keeps a fault to its part and says so", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const Faulty = () => {
    throw new Error("a field that is not there");
  };
  render(
    <>
      <Guard>
        <Faulty />
      </Guard>
      <Guard>
        <p>the rest</p>
      </Guard>
    </>,
  );
  expect(screen.getByRole("alert")).toHaveTextContent("could not be drawn");
  expect(screen.getByText("the rest")).toBeInTheDocument();
});
