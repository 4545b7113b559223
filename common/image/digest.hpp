// digest.hpp - a name that is made of the content.
//
// "sha256:e3b0c4...": the algorithm and the hash of the bytes. Nobody can make other bytes with the same name, so a
// digest that is checked is as good as the bytes themselves, wherever they came from. As a file name a digest would be
// a path that an image chose: it is matched letter by letter before it is used as one (security.md, rule 18).
//
// image-spec descriptor.md#digests, FIPS 180-4. Next: layout.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace bell::image {

enum class Algorithm : unsigned char { sha256, sha512 };

struct Digest {
    Algorithm algorithm = Algorithm::sha256;
    std::string hex;
    bool operator==(const Digest&) const = default;

    /// Throws unless `words` is exactly ALGORITHM:HEX with the algorithm's number of lower-case hex digits. `place`
    /// says in errors where it stood.
    static Digest parse(std::string_view words, std::string_view place);
    [[nodiscard]] std::string text() const;       ///< "sha256:e3b0..."
    [[nodiscard]] std::string path() const;       ///< "sha256/e3b0...", below blobs/
    [[nodiscard]] std::string shortened() const;  ///< "sha256:e3b0c44298fc", for people
};

[[nodiscard]] std::string_view word(Algorithm algorithm);

/// Hashes bytes as they pass.
class Hasher {
public:
    explicit Hasher(Algorithm algorithm);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();
    void update(std::string_view bytes);
    /// Ends it; to be called once.
    [[nodiscard]] Digest finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

[[nodiscard]] Digest digest_of(std::string_view bytes, Algorithm algorithm = Algorithm::sha256);

}  // namespace bell::image
