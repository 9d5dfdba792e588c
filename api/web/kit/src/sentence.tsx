/** A sentence whose numbers of incidents and codes of units are not broken at their hyphen. */

const NUMBER = /(\b[A-Z]{1,3}-\d{2,})/;

export function Sentence({ text }: { text: string }) {
  const parts = text.split(NUMBER); // every second one is a number
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 1 ? (
          <span class="one-line" key={index}>
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </>
  );
}
