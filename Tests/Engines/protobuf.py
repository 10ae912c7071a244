"""Protocol buffers in their wire format, for messages that a table describes.

The table has for each message its fields by name, and for each field its number and its type: a scalar's name, a
message's name, [type] for a repeated field, {type} for a map from strings.
See https://protobuf.dev/programming-guides/encoding.
"""

VARINT, LENGTH_DELIMITED = 0, 2
# The wire types whose values have one length.
LENGTHS = {1: 8, 5: 4}
ZEROES = {"bool": False, "int32": 0, "int64": 0, "string": "", "bytes": b""}


class MalformedMessage(Exception):
    """Bytes that are no message."""


class Schema:
    """The messages of a table, to and from dictionaries of their fields."""

    def __init__(self, messages):
        self.messages = messages

    def encode(self, message, values):
        return b"".join(self._encode_field(*self.messages[message][name], value) for name, value in values.items())

    def _encode_field(self, number, kind, value):
        if isinstance(kind, list):
            return b"".join(self._encode_field(number, kind[0], element) for element in value)
        if isinstance(kind, set):
            (element,) = kind
            entries = (self._encode_field(1, "string", k) + self._encode_field(2, element, v) for k, v in value.items())
            return b"".join(self._encode_field(number, "bytes", entry) for entry in entries)
        if kind in ("bool", "int32", "int64"):
            return _varint(number << 3 | VARINT) + _varint(int(value))
        if kind == "string":
            value = value.encode()
        elif kind != "bytes":
            value = self.encode(kind, value)
        return _varint(number << 3 | LENGTH_DELIMITED) + _varint(len(value)) + value

    def decode(self, message, encoded):
        """What the table does not have is passed over, and what is absent has its type's zero. Maps are not read."""
        fields = {number: (name, kind) for name, (number, kind) in self.messages[message].items()}
        values = {name: [] if isinstance(kind, list) else ZEROES.get(kind) for name, kind in fields.values()}
        position = 0
        while position < len(encoded):
            key, position = _read_varint(encoded, position)
            value, position = _read_value(encoded, position, key & 7)
            name, kind = fields.get(key >> 3, (None, None))
            if isinstance(kind, list):
                values[name].append(self._interpret(kind[0], value))
            elif name is not None:
                values[name] = self._interpret(kind, value)
        return values

    def _interpret(self, kind, value):
        if kind == "bool":
            return bool(value)
        if kind == "string":
            return value.decode(errors="replace")
        return value if kind in ZEROES else self.decode(kind, value)


def _varint(number):
    """Seven bits to a byte, the lowest first; every byte but the last has its highest bit set."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _read_varint(encoded, start):
    """The number that begins at `start`, and where it ends."""
    number = 0
    for position in range(start, len(encoded)):
        number |= (encoded[position] & 0x7F) << 7 * (position - start)
        if encoded[position] < 0x80:
            return number, position + 1
    raise MalformedMessage("it ends in the middle of a number")


def _read_value(encoded, position, wire_type):
    if wire_type == VARINT:
        return _read_varint(encoded, position)
    if wire_type == LENGTH_DELIMITED:
        length, position = _read_varint(encoded, position)
    elif wire_type in LENGTHS:
        length = LENGTHS[wire_type]
    else:
        raise MalformedMessage(f"it has a field of wire type {wire_type}")
    if position + length > len(encoded):
        raise MalformedMessage("it ends in the middle of a field")
    return encoded[position : position + length], position + length
