import { type ReactNode, useEffect, useRef } from "react";

/** The heading of a page, which takes the focus when the page appears: a screen reader then says where it is. */
export function Title({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 tabIndex={-1} ref={heading}>
      {children}
    </h1>
  );
}
